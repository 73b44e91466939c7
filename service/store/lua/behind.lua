-- Find the members of a sorted set behind a place in it, equal scores by member. The place stays true when its member has
-- left: among those of its score it is then searched for by halves, so that a million equal scores cost twenty looks.
--
-- KEYS
--   members    zset  any sorted set
-- ARGV
--   score      score of the place, or "" to begin
--   member     member of the place
--   limit      how many at most
--   direction  "down" from the highest score, or "up"
-- Answers  {member, score, …}

-- By bytes, as sorted sets are: Lua's own comparison goes by the server's locale.
local function is_less(one, other)
    for n = 1, math.min(#one, #other) do
        local a, b = string.byte(one, n), string.byte(other, n)
        if a ~= b then return a < b end
    end
    return #one < #other
end

local down = A.direction == 'down'
local range, rank = 'ZRANGE', 'ZRANK'
if down then range, rank = 'ZREVRANGE', 'ZREVRANK' end

local first = 0
if A.score ~= '' then
    local score, member = tonumber(A.score), A.member
    local at = tonumber(redis.call('ZSCORE', K.members, member)) == score and redis.call(rank, K.members, member)
    if at then
        first = at + 1
    else
        local closed, open = A.score, '(' .. A.score
        first = redis.call('ZCOUNT', K.members, down and open or '-inf', down and '+inf' or open)
        local last = first + redis.call('ZCOUNT', K.members, closed, closed)
        while first < last do
            local middle = math.floor((first + last) / 2)
            local other = redis.call(range, K.members, middle, middle)[1]
            local is_before
            if down then is_before = is_less(member, other) else is_before = is_less(other, member) end
            if is_before then first = middle + 1 else last = middle end
        end
    end
end

return redis.call(range, K.members, first, first + A.limit - 1, 'WITHSCORES')
