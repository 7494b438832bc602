"""The timeline document, its rules and its time. Pure: no Django, no database."""
