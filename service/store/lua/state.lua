-- Tell the state of a page: what changes when its public comments change.
--
-- @include clock, page
--
-- KEYS
--   about             hash  revision, opened, closed, pinned of the thread
--   thread            zset  public comments by age
--   tree              zset  paths of the thread's public comments
--   roots             zset  its first-level comments by age
--   roots_by_replies  zset  its first-level comments by how many are public there
--   in_undo_window    zset  changes of the page that wait for a window's end
-- ARGV
--   closes_after      ms after which the thread closes, or 0
--   longest_undo      longest undo window, ms
-- Answers  {revision, public comments, 1 when closed, the pinned comment or "" where none shows}

make_due_changes()

local revision, opened, closed, pinned = unpack(redis.call('HMGET', K.about, 'revision', 'opened', 'closed', 'pinned'))
local life = tonumber(A.closes_after)
local is_closed = closed == '1' or (opened and life > 0 and now - opened > life)

-- What was taken down since it was pinned shows no more; what its undo window hides does not show yet.
local shows = pinned and redis.call('ZSCORE', K.tree, pinned)

return {tonumber(revision or 0), redis.call('ZCARD', K.thread), is_closed and 1 or 0, shows and pinned or ''}
