"""What the command line shows: results, reports and progress as lines of styled text."""
