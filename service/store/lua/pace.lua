-- Count a try against a pace (GCRA: the generic cell rate algorithm).
--
-- KEYS  1 pace  string  theoretical arrival time of the next try, ms; expires
-- ARGV  1 ms between tries    2 burst, ms
-- Answers  0 (welcome, and counted) | ms to wait

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local burst, arrival = tonumber(ARGV[2]), tonumber(redis.call('GET', KEYS[1]) or 0)
-- What lies further ahead than a burst was stored by a clock that went back since.
if arrival < now or arrival > now + burst then arrival = now end
arrival = arrival + ARGV[1]

if arrival - now > burst then return math.ceil(arrival - now - burst) end

redis.call('SET', KEYS[1], string.format('%d', arrival), 'PX', math.ceil(arrival - now))
return 0
