-- Keep what a session's next page shows, if the session is still there.
--
-- KEYS
--   session  hash  the session
-- ARGV
--   told     what it shows, as JSON; '' once it was shown
-- Answers  0 (it ended) | 1

if redis.call('EXISTS', K.session) == 0 then return 0 end

redis.call('HSET', K.session, 'told', A.told)
return 1
