# SPDX-License-Identifier: MulanPSL-2.0
#
# First layers.txt, then "path:line:#include ..." lines. Prints what the walls forbid.
function under(path, where) {
	return path == where || index(path, where "/") == 1
}
function matches(header, glob) {
	if (glob ~ /\*$/)
		return index(header, substr(glob, 1, length(glob) - 1)) == 1
	return header == glob
}
function complain(text) {
	print path ":" number ": " text
}
FILENAME == rules && (/^#/ || NF == 0) { next }
FILENAME == rules && $1 == "layer" {
	known[$2] = 1
	allowed[$2, $2] = 1
	for (i = 3; i <= NF; i++)
		allowed[$2, $i] = 1
	next
}
FILENAME == rules && $1 == "third" {
	third[++thirds] = $2
	for (i = 3; i <= NF; i++)
		places[thirds] = places[thirds] " " $i
	next
}
FILENAME == rules && $1 == "never" {
	for (i = 3; i <= NF; i++)
		never[$2 SUBSEP $i] = 1
	next
}
FILENAME == rules {
	print rules ":" FNR ": unknown word \"" $1 "\""
	next
}
{
	path = $0
	sub(/:.*/, "", path)
	number = $0
	sub(/^[^:]*:/, "", number)
	sub(/:.*/, "", number)
	quoted = $0 ~ /include[ \t]*"/
	header = $0
	sub(/^.*include[ \t]*["<]/, "", header)
	sub(/[">].*$/, "", header)
}
quoted && header ~ /\.\.\// { complain("includes are written from lib/, without ../") }
quoted && path ~ /^lib\// {
	split(path, part, "/")
	layer = part[2]
	target = header
	sub(/\/.*/, "", target)
	if (!(layer in known))
		complain("layer \"" layer "\" is not in " rules)
	else if (header !~ /\//)
		complain("write \"" layer "/" header "\"")
	else if (!((layer, target) in allowed))
		complain("layer " layer " must not include " target)
}
!quoted {
	for (t = 1; t <= thirds; t++) {
		if (!matches(header, third[t]))
			continue
		found = 0
		count = split(places[t], place, " ")
		for (i = 1; i <= count; i++)
			found = found || under(path, place[i])
		if (!found)
			complain("<" header "> belongs to" places[t])
	}
}
{
	for (key in never) {
		split(key, pair, SUBSEP)
		if (under(path, pair[1]) && header == pair[2])
			complain(pair[1] " must not include " header)
	}
}
