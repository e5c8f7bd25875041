"""The peers: faithful ports of what other players and papers do, each with its source."""
