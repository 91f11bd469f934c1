"""From received files to accepted rows; the received files are the record."""
