package revise

import "bytes"

// Where values end, which the YAML library does not tell.

func (p *places) quoted(at int) (int, error) {
	q := p.raw[at]
	for i := at + 1; i < len(p.raw); i++ {
		switch {
		case q == '"' && p.raw[i] == '\\':
			i++
		case p.raw[i] == q && q == '\'' && p.byteAt(i+1) == q:
			i++
		case p.raw[i] == q:
			return i + 1, nil
		}
	}
	return 0, ErrStyle
}

// scalarEnd finds where a text, number or word ends.
func (p *places) scalarEnd(at, within int, flow bool) (int, error) {
	switch p.raw[at] {
	case '"', '\'':
		return p.quoted(at)
	case '|', '>':
		return blockEnd(p.raw, at, within), nil
	}
	if flow {
		return p.plainInFlow(at), nil
	}
	end := plainOnLine(p.raw, at)
	for line := nextLine(p.raw, lineEnd(p.raw, end)); line < len(p.raw); line = nextLine(p.raw, lineEnd(p.raw, line)) {
		rest := p.raw[line:lineEnd(p.raw, line)]
		text := bytes.TrimLeft(rest, " \t")
		if len(text) == 0 {
			continue
		}
		if endsWithComment(p.raw, end) || len(rest)-len(text) <= within || text[0] == '#' {
			break
		}
		end = plainOnLine(p.raw, line+len(rest)-len(text))
	}
	return end, nil
}

// endsWithComment reports whether a comment follows on the line; what is plain does not go on after one.
func endsWithComment(raw []byte, end int) bool {
	return len(bytes.TrimSpace(raw[end:lineEnd(raw, end)])) > 0
}

// plainOnLine is where a plain text ends that goes no further than its line.
func plainOnLine(raw []byte, at int) int {
	end := lineEnd(raw, at)
	for i := at + 1; i < end; i++ {
		if raw[i] == '#' && (raw[i-1] == ' ' || raw[i-1] == '\t') {
			end = i
		}
	}
	return at + len(bytes.TrimRight(raw[at:end], " \t"))
}

func (p *places) plainInFlow(at int) int {
	i := at
	for ; i < len(p.raw); i++ {
		c := p.raw[i]
		if bytes.IndexByte([]byte(",[]{}"), c) >= 0 || c == ':' && endsKey(p.byteAt(i+1), true) || c == '#' && i > at && bytes.IndexByte([]byte(" \t\n\r"), p.raw[i-1]) >= 0 {
			break
		}
	}
	return at + len(bytes.TrimRight(p.raw[at:i], " \t\n\r"))
}

// headerEnd is where the "|" or ">-" of a block of text ends.
func headerEnd(raw []byte, at int) int {
	for at < len(raw) && bytes.IndexByte([]byte("|>+-0123456789"), raw[at]) >= 0 {
		at++
	}
	return at
}

// blockEnd is where a block of text ends: before the line break of its last line; lines that are blank belong to it only when
// its header keeps them ("+").
func blockEnd(raw []byte, at, within int) int {
	header := headerEnd(raw, at)
	keep := bytes.IndexByte(raw[at:header], '+') >= 0
	end := lineEnd(raw, header)
	for line := nextLine(raw, end); line < len(raw); line = nextLine(raw, lineEnd(raw, line)) {
		rest := raw[line:lineEnd(raw, line)]
		text := bytes.TrimLeft(rest, " ")
		if len(text) == 0 {
			if keep {
				end = line + len(rest)
			}
			continue
		}
		if len(rest)-len(text) <= within {
			break
		}
		end = line + len(rest)
	}
	return end
}
