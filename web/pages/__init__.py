"""The pages: each module asks one kind of question and draws the answer."""
