"""Characters that are drawn like Latin letters: the letter, then the characters that pass for it.

Chosen from Unicode's security data (UTS 39, confusables) and from what people type to slip past a word list.
Compatibility forms (full width, mathematical, circled) and accents are not listed: Unicode's own decompositions undo
them.
"""

from typing import Final

#: Latin letters of phonetic and other alphabets: the plain letter wherever they stand.
VARIANTS: Final = {
    "a": "ɐɑᴀᶏ", "b": "ƀƄɓʙᵬᶀꞴ", "c": "ƈȼɔᴄↄ", "d": "đƌȡɖɗᴅð", "e": "ǝɘəɛɜᴇⱻꬲ", "f": "ƒẝꜰꞘꞙꬵ", "g": "ƍǥɠɡɢᶃ",
    "h": "ħɥɦʜⱨ", "i": "ıɨɩɪᵻ", "j": "ɉʝᴊꞲ", "k": "ƙʞᴋⱪ", "l": "łƖƚǀɫɬɭʟ", "m": "ɱᴍ", "n": "ŋƞɲɳɴ", "o": "øɵᴏᴑꬽ",
    "p": "ƥᴘᵽþ", "q": "ɋꞯ", "r": "Ʀɍɹɼɽɾʀꭇꭈ", "s": "ƽȿʂꜱ", "t": "ŧƭʇʈᴛⱦ", "u": "ʉʋᴜꞟꭎꭒ", "v": "ʌᴠ", "w": "ɯʍᴡⱳƿ",
    "x": "ᶍꞳ", "y": "ƴɏɣʎʏᶌỿꭚ", "z": "ƶȥɀʐᴢ", "ss": "ß", "ae": "æ", "oe": "œ",
}  # fmt: skip

#: Letters of other scripts (Greek, Cyrillic, Armenian …): Latin only beside Latin. Capitals have their own shape.
FOREIGN: Final = {
    "a": "ΑαАаᎪᗅꓮ𐊠𖽀", "b": "ΒβВЬвъьᏏᏴᑲᖯᗷꓐ𐊂𐊡𐌁", "c": "СсᏟⲤⲥꓚꮯ𐊢𐌂𐐕𐐽𐔜", "d": "δԁᎠᏧᑯᗞᗪꓒꓓ", "e": "ΕεЕеэёєҽᎬ℮ⴹꓰ𐊆𑢦𑢮",
    "f": "Ϝғքᖴꓝ𐊇𐊥𐔥𑢢𑣂", "g": "ԌԍցᏀᏳꓖ", "h": "ΗНнћһհᎻᏂᕼⲎꓧ𐋏", "i": "ΙιІіїᎥⲒꙇꭵ𑣃", "j": "ͿϳЈјᎫᒍꓙ", "k": "ΚκКкқᏦᛕⲔꓗ𐔘",
    "l": "ӀӏᏞᒪᛁⳐⵏꓡꓲ𐊊𐌉𐐛𐔦𑢣𑢲𖼖𖼨", "m": "ΜμϺМмᎷᗰᛖⲘꓟ𐊰𐌑", "n": "ΝηπипոռⲚꓠ𐔓", "o": "ΟοσОоՕօଠഠဝჿዐⲞⲟⵔꓳ𐊒𐊫𐐄𐐬𐓂𐓪𐔖𑢵𑣈𑣗",
    "p": "ΡρРрᏢᑭⲢⲣꓑ𐊕", "q": "ԛգզⵕ", "r": "гяᎡᏒᖇᴦⲅꓣꮁ𐒴𖼵", "s": "ЅѕՏᏕᏚꓢꮪ𐊖𐐠𐑈𑣁𖼺", "t": "ΤτТтᎢⲦꓔ𐊗𐊱𐌕𑢼𖼊", "u": "υцՍսሀᑌ∪ꓴ𐓎𐓶𑢸𑣘𖽂",
    "v": "νѴѵᏙᐯⴸꓦꛟꮩ𐔝𑜆𑢠𑣀𖼈", "w": "ωшщѡԜԝաᎳᏔꓪꮃ𑜊𑜎𑜏", "x": "ΧχХхᕁᕽᚷⲬⵝꓫ𐊐𐊴𐌗𐔧", "y": "ΥγУуҮүყᎩᎽⲨꓬ𐊲𑢤𑣜𖽃", "z": "ΖᏃꓜꮓ𑢩𑣄",
}  # fmt: skip

#: Signs drawn like ASCII ones.
SIGNS: Final = {
    ".": "。․｡︒", "[": "【⁅❲", "]": "】⁆❳", "(": "〔❨", ")": "〕❩", "<": "⟨〈❮‹", ">": "⟩〉❯›", "'": "‘’ʼʹ′`´",
    '"': "“”„″", "@": "＠﹫",
}  # fmt: skip
