"""What pages share: the server's services, a visitor's session, widgets."""
