-- For wrk: asks the addresses of a file, one a line, in turn; at the end one line of figures.
local addresses = {}
local at = 0

function init(arguments)
   for line in io.lines(arguments[1]) do
      addresses[#addresses + 1] = wrk.format("GET", line)
   end
end

function request()
   at = at % #addresses + 1
   return addresses[at]
end

function done(summary, latency)
   local e = summary.errors
   io.write(string.format(
      'figures {"requests": %d, "seconds": %f, "bytes": %d, "failed": %d, "broken": %d, ' ..
      '"timeouts": %d, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f, "max_ms": %f}\n',
      summary.requests, summary.duration / 1e6, summary.bytes, e.status,
      e.connect + e.read + e.write, e.timeout,
      latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
      latency.max / 1e3))
end
