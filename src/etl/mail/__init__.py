"""Submissions that come by e-mail, and the answers that go back: MIME, IMAP, SMTP, and the letters in the inbox.

Whatever stands in a letter is evidence at best. No address, name or text of it decides what a workbook is.
"""
