-- Tell the state of a page: what changes when its public comments change.
--
-- Stands behind public.lua.
-- KEYS  1 about   hash  revision, opened, closed, pinned of the thread
--       2 thread  zset  public comments by age
--       3 soon    zset  changes of the page that wait for a window's end
--       4 tree    zset  paths of the thread's public comments
--       5 roots   zset  its first-level comments by age
--       6 busy    zset  its first-level comments by how many are public there
-- ARGV  1 ms after which the thread closes, or 0    2 longest undo window, ms
-- Answers  {revision, public comments, 1 when closed, the pinned comment or "" where none shows}

settle({about = KEYS[1], thread = KEYS[2], soon = KEYS[3], tree = KEYS[4], roots = KEYS[5], busy = KEYS[6]}, ARGV[2])

local revision, opened, closed, pinned = unpack(redis.call('HMGET', KEYS[1], 'revision', 'opened', 'closed', 'pinned'))
local life = tonumber(ARGV[1])
local is_closed = closed == '1' or (opened and life > 0 and now - opened > life)

-- What was taken down since it was pinned shows no more; what its undo window hides does not show yet.
local shows = pinned and redis.call('ZSCORE', KEYS[4], pinned)

return {tonumber(revision or 0), redis.call('ZCARD', KEYS[2]), is_closed and 1 or 0, shows and pinned or ''}
