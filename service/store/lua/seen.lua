-- Tell a comment as the public and its author see it now.
--
-- Stands behind public.lua.
-- KEYS  1 comment    hash  the comment
--       2 decisions  list  its decisions
-- ARGV  1 longest undo window, ms
-- Answers  {} where there is none | {its public outcome, the decision by which it is, fields and values …}

local outcome, version = seen_of(KEYS[1], ARGV[1])
if not outcome then return {} end
return {outcome, redis.call('LINDEX', KEYS[2], math.max(version - 1, 0)), unpack(redis.call('HGETALL', KEYS[1]))}
