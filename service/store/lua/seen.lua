-- Tell a comment as the public and its author see it now.
--
-- @include undo_window
--
-- KEYS
--   comment       hash  the comment
--   decisions     list  its decisions
-- ARGV
--   longest_undo  longest undo window, ms
-- Answers  {} where there is none | {its public outcome, the decision by which it is, fields and values …}

local outcome, version = public_outcome(K.comment)
if not outcome then return {} end
return {outcome, redis.call('LINDEX', K.decisions, math.max(version - 1, 0)), unpack(redis.call('HGETALL', K.comment))}
