-- Tell the state of a page: what changes when its public comments change.
--
-- KEYS  1 about   hash  revision of the thread
--       2 thread  zset  published comments by age
--       3 soon    zset  published comments in their undo window, by its end
-- Answers  {revision, comments listed, id of a hidden comment, …}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local hidden = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. string.format('%d', now), '+inf')

return {tonumber(redis.call('HGET', KEYS[1], 'revision') or 0), redis.call('ZCARD', KEYS[2]), unpack(hidden)}
