-- Count a try against a rate limit.
--
-- @include rate_limit
--
-- KEYS
--   rate_limit  string  GCRA's theoretical arrival time of the next try, ms; expires
-- ARGV
--   interval    ms between tries
--   burst       ms that may be taken in advance
-- Answers  0 (welcome, and counted) | ms to wait

local arrival, wait = next_arrival(K.rate_limit, A.interval, tonumber(A.burst))
if wait > 0 then return math.ceil(wait) end

keep_arrival(K.rate_limit, arrival)
return 0
