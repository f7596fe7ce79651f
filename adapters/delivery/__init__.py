"""Where events are delivered to: webhook endpoints and a message bus."""
