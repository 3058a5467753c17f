"""What is made to break its reader: payloads that are no events or odd ones, and records that hold them."""
