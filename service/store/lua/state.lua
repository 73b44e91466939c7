-- Tell the state of a page: what changes when its public comments change.
--
-- KEYS  1 about   hash  revision, opened, closed of the thread
--       2 thread  zset  published comments by age
--       3 soon    zset  published comments in their undo window, by its end
-- ARGV  1 ms after which the thread closes, or 0
-- Answers  {revision, comments listed, 1 when closed, id of a hidden comment, …}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local hidden = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. string.format('%d', now), '+inf')

local revision, opened, closed = unpack(redis.call('HMGET', KEYS[1], 'revision', 'opened', 'closed'))
local life = tonumber(ARGV[1])
local is_closed = closed == '1' or (opened and life > 0 and now - opened > life)

return {tonumber(revision or 0), redis.call('ZCARD', KEYS[2]), is_closed and 1 or 0, unpack(hidden)}
