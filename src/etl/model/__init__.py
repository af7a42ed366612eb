"""What everything else talks about: units, periods, forms, submissions, findings, figures. No I/O."""
