-- What happened now, as JSON.
--
-- @include clock

-- A JSON object with the time in front.
local function dated(object) return '{"at":' .. string.format('%d', now) .. ',' .. string.sub(object, 2) end
