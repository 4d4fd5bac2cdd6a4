/** Conditions on earlier answers, as `contracts/asking/conditions.py` evaluates them. */

export type Answer = string | string[];
export type Answers = Record<string, Answer | undefined>;
export interface Comparison {
  field: string;
  op: string;
  value?: string;
}
export type Condition = { all?: Comparison[]; any?: Comparison[] } | null | undefined;

const NUMBER = /^-?[0-9]{1,9}(\.[0-9]{1,4})?$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$/;

function scaled(text: string): number {
  const [whole = "0", part = ""] = text.replace("-", "").split(".");
  const found = Number(whole) * 10000 + Number(part.padEnd(4, "0"));
  return text.startsWith("-") ? -found : found;
}

function same(left: string, right: string): boolean {
  if (NUMBER.test(left) && NUMBER.test(right)) return scaled(left) === scaled(right);
  return left === right;
}

function order(left: string, right: string): number | null {
  if (NUMBER.test(left) && NUMBER.test(right)) return Math.sign(scaled(left) - scaled(right));
  if (DATE.test(left) && DATE.test(right)) return left < right ? -1 : left > right ? 1 : 0;
  return null;
}

export function compare(comparison: Comparison, answers: Answers): boolean {
  const answer = answers[comparison.field];
  const given = (Array.isArray(answer) ? answer : [answer ?? ""]).filter((one) => one !== "");
  const value = comparison.value ?? "";
  if (comparison.op === "filled") return given.length > 0;
  if (comparison.op === "empty") return given.length === 0;
  if (comparison.op === "is") return given.some((one) => same(one, value));
  if (comparison.op === "is_not") return !given.some((one) => same(one, value));
  const first = given[0];
  const found = given.length === 1 && first !== undefined ? order(first, value) : null;
  if (found === null) return false;
  if (comparison.op === "more") return found > 0;
  if (comparison.op === "less") return found < 0;
  return comparison.op === "at_least" ? found >= 0 : found <= 0;
}

export function holds(condition: Condition, answers: Answers): boolean {
  if (!condition) return true;
  if (condition.any) return condition.any.some((one) => compare(one, answers));
  return (condition.all ?? []).every((one) => compare(one, answers));
}
