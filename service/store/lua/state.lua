-- Tell the state of a page: what changes when its public comments change.
--
-- KEYS  1 about   hash  revision, opened, closed, pinned of the thread
--       2 thread  zset  published comments by age
--       3 soon    zset  published comments in their undo window, by its end
--       4 tree    zset  paths of the thread's published comments
-- ARGV  1 ms after which the thread closes, or 0    2 longest undo window, ms
-- Answers  {revision, comments listed, 1 when closed, the pinned comment or "" where none shows,
--           id of a hidden comment, …}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- A window that would end later than any was opened by a clock that went back since: it has ended.
local hidden = redis.call('ZRANGEBYSCORE', KEYS[3], string.format('(%d', now), string.format('%d', now + ARGV[2]))

local revision, opened, closed, pinned = unpack(redis.call('HMGET', KEYS[1], 'revision', 'opened', 'closed', 'pinned'))
local life = tonumber(ARGV[1])
local is_closed = closed == '1' or (opened and life > 0 and now - opened > life)

-- What was taken down since it was pinned shows no more; what its undo window hides does not show yet.
local shows = pinned and redis.call('ZSCORE', KEYS[4], pinned)
for _, id in ipairs(hidden) do shows = shows and id ~= pinned end

return {tonumber(revision or 0), redis.call('ZCARD', KEYS[2]), is_closed and 1 or 0, shows and pinned or '', unpack(hidden)}
