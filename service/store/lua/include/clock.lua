-- The server's clock, ms: the only one that stored times are compared with.

local now
do
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
end
