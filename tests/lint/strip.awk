# SPDX-License-Identifier: MulanPSL-2.0
#
# C without comments and without what stands in quotes; lines keep their numbers, and
# #include lines stay whole.
{
	line = $0
	out = ""
	if (!in_comment && line ~ /^[ \t]*#[ \t]*include/) {
		print line
		next
	}
	while (length(line) > 0) {
		if (in_comment) {
			end = index(line, "*/")
			if (!end)
				break
			line = substr(line, end + 2)
			in_comment = 0
		} else if (match(line, /^"([^"\\]|\\.)*"/)) {
			out = out "\"\""
			line = substr(line, RLENGTH + 1)
		} else if (match(line, /^'([^'\\]|\\.)+'/)) {
			out = out "0"
			line = substr(line, RLENGTH + 1)
		} else if (substr(line, 1, 2) == "/*") {
			in_comment = 1
			line = substr(line, 3)
		} else if (substr(line, 1, 2) == "//") {
			break
		} else {
			out = out substr(line, 1, 1)
			line = substr(line, 2)
		}
	}
	print out
}
