package renderer

import (
	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// place is where a field's value stands, cut so that the rows it stands within can be put in. It follows the tree of fields, not the
// text of pointers, so that a property called "*" is a property.
type place struct {
	steps  []step
	whole  forms.Pointer // the pointer when it stands within no rows
	pieces []string      // of the concrete pointer, between the rows; one more than there are rows
	names  [][]byte      // the same of the posted pointer, escaped for an attribute
	depth  int           // rows it stands within
}

// step is one token of a pointer; of a row the token comes with the request.
type step struct {
	token string
	row   bool
	list  bool // one of a tuple's first places: of a list only
	raw   bool // forms.Envelope, which is never escaped
}

// top is the place of the whole.
func top() place { return placeOf(nil) }

// down is the place of what stands at these tokens below; row says that the first of them is a row.
func (p *place) down(tokens []string, row bool) place {
	steps := append([]step(nil), p.steps...)
	for i, t := range tokens {
		steps = append(steps, step{token: t, row: row && i == 0})
	}
	return placeOf(steps)
}

func placeOf(steps []step) place {
	p := place{steps: steps}
	piece := forms.Pointer("")
	cut := func() {
		p.pieces = append(p.pieces, string(piece))
		p.names = append(p.names, escape(nil, answers.PostedPiece(string(piece))))
	}
	for _, s := range steps {
		if s.row {
			piece += "/"
			cut()
			piece = ""
			p.depth++
			continue
		}
		if s.raw {
			piece = piece.Raw(s.token)
			continue
		}
		piece = piece.Join(s.token)
	}
	cut()
	if p.depth == 0 {
		p.whole = piece
	}
	return p
}

// concrete gives the pointer with the rows' numbers and entries' names.
func (p *place) concrete(f *frame) forms.Pointer {
	if p.depth == 0 {
		return p.whole
	}
	b := f.scratch[:0]
	for i, piece := range p.pieces {
		b = append(b, piece...)
		if i < p.depth {
			b = append(b, f.rows[i].Piece...)
		}
	}
	f.scratch = b
	return forms.Pointer(b)
}

// appendName writes the pointer as it is posted: with the rows' keys.
func (p *place) appendName(dst []byte, f *frame) []byte {
	for i, piece := range p.names {
		dst = append(dst, piece...)
		if i < p.depth {
			dst = escape(dst, f.rows[i].Posted)
		}
	}
	return dst
}

// value finds the stored value; false when there is none.
func (p *place) value(f *frame) (any, bool) {
	var v any = f.View.Scope.Answers
	depth := 0
	for _, s := range p.steps {
		var row *answers.Row
		if s.row {
			row = &f.rows[depth]
			depth++
			if !row.Stored {
				return nil, false
			}
		}
		switch x := v.(type) {
		case map[string]any:
			if s.list {
				return nil, false
			}
			key := s.token
			if row != nil {
				key = row.Name
			}
			var ok bool
			if v, ok = x[key]; !ok {
				return nil, false
			}
		case []any:
			n := -1
			if row != nil {
				n = row.Number
			} else if s.list {
				n = position(s.token)
			}
			if n < 0 || n >= len(x) {
				return nil, false
			}
			v = x[n]
		default:
			return nil, false
		}
	}
	return v, true
}

// position reads a place in a tuple, -1 for what is none.
func position(token string) int {
	if token == "" || len(token) > 6 || token[0] == '0' && token != "0" {
		return -1
	}
	n := 0
	for _, c := range []byte(token) {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}
