-- The site's moderation log.
--
-- @include dated

-- Log an entry, a JSON object, in the site's log and in that of each of *concerned*, what it concerns. Return it as stored.
local function log_entry(entry, concerned)
    local stored = dated(entry)
    for _, log in ipairs(concerned) do redis.call('RPUSH', log, stored) end
    redis.call('XADD', K.moderation_log, 'MAXLEN', '~', A.most_logged, '*', 'entry', stored)
    return stored
end
