"""Mail that leaves: composed for its reader, sent with retries, threaded as programs expect."""
