package document

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Bounds of a template.
const (
	maxSource = 256 << 10
	maxNested = 16
)

var names = regexp.MustCompile(`^[\pL_][\pL\pN_-]*(\.[\pL\pN_][\pL\pN_-]*)*$`)

// Parse reads a template. The error joins every mistake found, each an [*Error].
func Parse(name, src string) (*Template, error) {
	p := &parser{name: name, src: src, line: 1, column: 1}
	switch {
	case len(src) > maxSource:
		p.fail(place{1, 1}, "the template is larger than 256 kB")
	case !utf8.ValidString(src):
		p.fail(place{1, 1}, "the template is not UTF-8")
	default:
		p.src = strings.ReplaceAll(src, "\r\n", "\n")
		p.parse()
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return &Template{name: name, parts: p.root}, nil
}

// open is a block tag whose end has not come.
type open struct {
	place
	keyword string // "if" or "each"
	path    []string
	before  []part // what was read before it
	then    []part // of an #if whose {{else}} has come
	elseAt  bool
}

type parser struct {
	name, src    string
	pos          int
	line, column int
	root         []part // of the innermost open block
	stack        []open
	errs         []error
	literals     int // "\\{{" seen whose "}}" has not come
}

func (p *parser) fail(at place, problem string) {
	p.errs = append(p.errs, &Error{Name: p.name, Line: at.line, Column: at.column, Problem: problem})
}

func (p *parser) here() place { return place{p.line, p.column} }

// advance moves n bytes on and gives them.
func (p *parser) advance(n int) string {
	s := p.src[p.pos : p.pos+n]
	p.pos += n
	if lines := strings.Count(s, "\n"); lines > 0 {
		p.line += lines
		p.column = 1
		s := s[strings.LastIndexByte(s, '\n')+1:]
		p.column += utf8.RuneCountInString(s)
	} else {
		p.column += utf8.RuneCountInString(s)
	}
	return s
}

func (p *parser) text(at place, s string) {
	if s == "" {
		return
	}
	if n := len(p.root); n > 0 {
		if last, ok := p.root[n-1].(*text); ok {
			last.s += s
			return
		}
	}
	p.root = append(p.root, &text{at, s})
}

func (p *parser) parse() {
	for p.pos < len(p.src) {
		rest := p.src[p.pos:]
		i := strings.Index(rest, "{{")
		if i < 0 {
			p.closing(rest)
			p.text(p.here(), p.advance(len(rest)))
			break
		}
		if i > 0 && rest[i-1] == '\\' {
			p.closing(rest[:i-1])
			at := p.here()
			p.text(at, p.advance(i-1)+"{{")
			p.advance(3)
			p.literals++
			continue
		}
		p.closing(rest[:i])
		before := p.advance(i)
		at := p.here()
		end := strings.Index(rest[i:], "}}")
		if end < 0 || strings.ContainsRune(rest[i:i+end], '\n') {
			p.fail(at, "“{{” is not closed by “}}” on its line")
			p.text(at, before)
			p.advance(2)
			continue
		}
		inside := strings.TrimSpace(rest[i+2 : i+end])
		alone := p.alone(end + 2)
		block := strings.HasPrefix(inside, "#") || strings.HasPrefix(inside, "/") || inside == "else"
		if block && alone {
			before = strings.TrimRight(before, " \t")
		}
		p.text(at, before)
		p.advance(end + 2)
		if block && alone {
			p.advance(lineRest(p.src[p.pos:]))
		}
		p.tag(at, inside, alone)
	}
	for _, o := range p.stack {
		p.fail(o.place, "{{#"+o.keyword+"}} has no {{/"+o.keyword+"}}")
	}
}

// closing refuses "}}" that closes nothing: a typo would otherwise reach the reader.
func (p *parser) closing(s string) {
	for from := 0; ; {
		i := strings.Index(s[from:], "}}")
		if i < 0 {
			return
		}
		from += i + 2
		if p.literals > 0 {
			p.literals--
			continue
		}
		at, before := p.here(), s[:from-2]
		if nl := strings.LastIndexByte(before, '\n'); nl >= 0 {
			at.line += strings.Count(before, "\n")
			at.column = 1
			before = before[nl+1:]
		}
		at.column += utf8.RuneCountInString(before)
		p.fail(at, "“}}” closes nothing")
	}
}

// alone reports whether the tag that was found, of n bytes and now at p.pos, has its line to itself.
func (p *parser) alone(n int) bool {
	start := strings.LastIndexByte(p.src[:p.pos], '\n') + 1
	rest := p.src[p.pos+n:]
	after, _, _ := strings.Cut(rest, "\n")
	return strings.Trim(p.src[start:p.pos], " \t") == "" && strings.Trim(after, " \t") == ""
}

// lineRest is the length of what is left of a line, its end included.
func lineRest(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i + 1
	}
	return len(s)
}

// tag handles what stood between braces.
func (p *parser) tag(at place, inside string, alone bool) {
	switch {
	case strings.HasPrefix(inside, "#"):
		keyword, arg, _ := strings.Cut(inside[1:], " ")
		if keyword != "if" && keyword != "each" {
			p.fail(at, "{{#"+keyword+"}} is unknown; there are {{#if}} and {{#each}}")
		}
		path := p.path(at, strings.TrimSpace(arg), "{{#"+keyword+"}}")
		if len(p.stack) == maxNested {
			p.fail(at, "blocks are nested too deep")
		}
		p.stack = append(p.stack, open{place: at, keyword: keyword, path: path, before: p.root})
		p.root = nil
	case inside == "else":
		if n := len(p.stack); n == 0 || p.stack[n-1].keyword != "if" || p.stack[n-1].elseAt {
			p.fail(at, "{{else}} belongs to no {{#if}}")
			return
		}
		o := &p.stack[len(p.stack)-1]
		o.then, o.elseAt = p.root, true
		p.root = nil
	case strings.HasPrefix(inside, "/"):
		n := len(p.stack)
		if n == 0 || p.stack[n-1].keyword != inside[1:] {
			p.fail(at, "{{"+inside+"}} closes nothing that is open here")
			return
		}
		o := p.stack[n-1]
		p.stack = p.stack[:n-1]
		body := p.root
		p.root = o.before
		switch {
		case o.keyword == "each":
			p.root = append(p.root, &loop{o.place, o.path, body})
		case o.elseAt:
			p.root = append(p.root, &conditional{o.place, o.path, o.then, body})
		default:
			p.root = append(p.root, &conditional{o.place, o.path, body, nil})
		}
	default:
		if path := p.path(at, inside, "{{}}"); path != nil {
			p.root = append(p.root, &value{at, path, alone})
		}
	}
}

func (p *parser) path(at place, s, tag string) []string {
	switch {
	case s == "":
		p.fail(at, tag+" names nothing")
	case !names.MatchString(s) || len(s) > 200:
		p.fail(at, "“"+s+"” is no name")
	default:
		return strings.Split(s, ".")
	}
	return nil
}
