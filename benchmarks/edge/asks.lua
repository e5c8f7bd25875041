-- What wrk asks: the requests of a file, one a line as PATH and RANGE, by turns; and what came of it, as JSON.
local asks, at = {}, 0

function init(args)
   for line in io.lines(args[1]) do
      local path, range = line:match("(%S+) ?(%S*)")
      local headers = { Range = range ~= "" and range or nil }
      for name, value in pairs(wrk.headers) do headers[name] = value end
      asks[#asks + 1] = wrk.format("GET", path, headers)
   end
end

function request()
   at = at % #asks + 1
   return asks[at]
end

function done(summary)
   local told = ""
   for _, kind in ipairs({ "connect", "read", "write", "status", "timeout" }) do
      if summary.errors[kind] > 0 then told = told .. kind .. " " .. summary.errors[kind] .. " " end
   end
   io.write(string.format('{"requests":%d,"received_bytes":%d,"took_s":%f,"failed":"%s"}\n', summary.requests,
      summary.bytes, summary.duration / 1e6, told))
end
