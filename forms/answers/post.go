package answers

import (
	"net/url"
	"slices"
	"strings"

	"samtjanst/forms"
)

// post is a posted page whose names can be asked for by where they stand. A page may have thousands of rows and a body thousands of
// names, so no question goes through all of them.
type post struct {
	url.Values
	places []named // sorted by place
	filled []named // those of controls with something in them
}

// named is a posted name without its first letter, which says what sort of control it is of.
type named struct {
	place string
	sort  byte
}

func newPost(values url.Values) *post {
	p := &post{Values: values}
	for name, texts := range values {
		if len(name) < 2 {
			continue
		}
		n := named{place: name[1:], sort: name[0]}
		p.places = append(p.places, n)
		if n.sort != 'v' && n.sort != 'k' && slices.ContainsFunc(texts, func(s string) bool { return s != "" }) {
			p.filled = append(p.filled, n)
		}
	}
	for _, list := range [...][]named{p.places, p.filled} {
		slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.place, b.place) })
	}
	return p
}

// at reports whether any of the names stands at a place or within it; those at the place itself count when they are of a sort that own
// lets through.
func at(names []named, place forms.Pointer, own func(sort byte) bool) bool {
	p := posted(place)
	byPlace := func(n named, place string) int { return strings.Compare(n.place, place) }
	i, _ := slices.BinarySearchFunc(names, p, byPlace)
	for ; i < len(names) && names[i].place == p; i++ {
		if own(names[i].sort) {
			return true
		}
	}
	i, _ = slices.BinarySearchFunc(names, p+"/", byPlace)
	return i < len(names) && strings.HasPrefix(names[i].place, p+"/")
}

func anySort(byte) bool { return true }

// has reports whether any control of a place, or of what stands within it, was posted.
func (p *post) has(place forms.Pointer) bool { return at(p.places, place, anySort) }

// answers reports whether any control below a variant's choice was posted.
func (p *post) answers(place forms.Pointer) bool {
	return at(p.places, place, func(sort byte) bool { return sort != Variant("")[0] })
}

// says reports whether anything is written below a posted place.
func (p *post) says(place forms.Pointer) bool { return at(p.filled, place, anySort) }
