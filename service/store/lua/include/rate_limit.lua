-- Rate limits by GCRA, the generic cell rate algorithm.
--
-- @include clock

-- The arrival time at *key* with one try more, ms, and how long that must wait: it is welcome where that is nothing. In the
-- long run there are *interval* ms between two, and *burst* ms may be taken in advance.
local function next_arrival(key, interval, burst)
    local arrival = tonumber(redis.call('GET', key) or 0)
    -- What lies further ahead than a burst was stored by a clock that went back since, and holds nobody up.
    if arrival < now or arrival > now + burst then arrival = now end
    arrival = arrival + interval
    return arrival, arrival - now - burst
end

-- Count a try that is welcome.
local function keep_arrival(key, arrival)
    redis.call('SET', key, string.format('%d', arrival), 'PX', math.ceil(arrival - now))
end
