"""An event's way: payload → steps → durable append. Read ``collector`` first."""
