"""Documents of the park as PDF: labels, hand-over sheets, the file of a disposal."""
