// Verifies credentials with Digital Bazaar's libraries, without network.
// Reads a JSON array of credentials on standard input; writes, for each, whether it is verified,
// the first error, and the places that are set when it is a status list.
import {readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';

const contexts = new URL('../proving/contexts/', import.meta.url);
const read = name => JSON.parse(readFileSync(new URL(name, contexts)));
const documents = new Map([
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', read('open-badges-3.0.3.jsonld')],
]);

// A did:key is its own document.
async function loader(url) {
  if(documents.has(url)) {
    return {contextUrl: null, documentUrl: url, document: documents.get(url)};
  }
  if(url.startsWith('did:key:')) {
    const [did, fragment = did.slice('did:key:'.length)] = url.split('#');
    const key = {
      '@context': 'https://w3id.org/security/multikey/v1',
      id: `${did}#${fragment}`, type: 'Multikey', controller: did, publicKeyMultibase: fragment,
    };
    const document = url.includes('#') ? key : {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: did, assertionMethod: [key],
    };
    return {contextUrl: null, documentUrl: url, document};
  }
  return vc.defaultDocumentLoader(url);
}

function placesOf(credential) {
  const {encodedList} = credential.credentialSubject;
  if(!encodedList) {
    return undefined;
  }
  const bits = gunzipSync(Buffer.from(encodedList.slice(1), 'base64url'));
  const places = [];
  for(let place = 0; place < bits.length * 8; place++) {
    if(bits[place >> 3] & (0x80 >> (place & 7))) {
      places.push(place);
    }
  }
  return places;
}

const answers = [];
for(const credential of JSON.parse(readFileSync(0, 'utf8'))) {
  const result = await vc.verifyCredential({
    credential,
    suite: new DataIntegrityProof({cryptosuite}),
    documentLoader: loader,
    // What is withdrawn is asked of the list itself.
    checkStatus: async () => ({verified: true}),
    now: new Date('2026-12-01T00:00:00Z'),
  });
  const error = result.error?.errors?.[0] ?? result.error;
  answers.push({
    verified: result.verified, error: error && String(error.message), places: placesOf(credential),
  });
}
console.log(JSON.stringify(answers));
