"""Documents of the desk as PDF: orders to suppliers."""
