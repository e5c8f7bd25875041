"""The terminal player: browse, choose, watch, in half blocks and true colour; or headless, with a report.

Facts flow one way. `view` is what there is to see, frozen, and `reduce` is its only change; `widgets` render a
view and know nothing of one another; `screens` turn keys into wishes to the player and facts into the next view.
`video` (cells from pixels) and `report`, `words` (text from values) are pure. `audio` and `terminal` are the two
devices. `headless` plays without any of them. What may not enter: rules of playback (the SDK's) and HTTP.
"""
