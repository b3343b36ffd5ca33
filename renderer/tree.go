package renderer

import (
	"slices"

	"samtjanst/forms"
)

// Options under headings: the branches of a tree, or the groups of a list to open.

// branch is a heading with the options that stand directly under it, and the branches within.
type branch struct {
	title    forms.Text
	options  []int // numbers among the field's options
	branches []branch
}

// grow puts options under the headings of a field; those that none names come first, under none.
func grow(groups []forms.OptionGroup, options []forms.Option) (branches []branch, loose []int) {
	placed := make([]bool, len(options))
	var put func([]forms.OptionGroup) []branch
	put = func(groups []forms.OptionGroup) []branch {
		var out []branch
		for _, g := range groups {
			br := branch{title: g.Title}
			for i, o := range options {
				if !placed[i] && slices.Contains(g.Values, o.Value) {
					placed[i] = true
					br.options = append(br.options, i)
				}
			}
			if br.branches = put(g.Groups); len(br.options)+len(br.branches) > 0 {
				out = append(out, br)
			}
		}
		return out
	}
	branches = put(groups)
	for i := range options {
		if !placed[i] {
			loose = append(loose, i)
		}
	}
	return branches, loose
}

// all are the options of a branch with those within.
func (br branch) all() []int {
	out := br.options
	for _, sub := range br.branches {
		out = append(slices.Clip(out), sub.all()...)
	}
	return out
}

// tree compiles options under headings that open: the ones with something chosen in them are open, and all when something is wrong.
func (b *builder) tree(c control, options []forms.Option, kind string) {
	b.openChoice(c, "st-field--tree", options)
	branches, loose := grow(c.Groups, options)
	b.s(`<div class="st-choices">`)
	for _, i := range loose {
		b.option(c, i, options[i], kind)
	}
	for _, br := range branches {
		b.branch(c, br, options, kind)
	}
	if kind == "radio" {
		b.unchoose(c, options)
	}
	b.s(`</div></fieldset>`)
}

func (b *builder) branch(c control, br branch, options []forms.Option, kind string) {
	var held []func(any) bool
	var values []string
	for _, i := range br.all() {
		held, values = append(held, holdsOption(options[i])), append(values, options[i].Value)
	}
	b.s(`<details class="st-branch"`)
	b.hole(func(dst []byte, f *frame) []byte {
		list, isList := f.cur.value.([]any)
		if !isList {
			list = []any{f.cur.value}
		}
		open := f.cur.problem != "" || f.cur.isTyped && slices.Contains(values, f.cur.typed)
		for _, v := range list {
			for _, is := range held {
				open = open || v != nil && is(v)
			}
		}
		if open {
			return append(dst, " open"...)
		}
		return dst
	})
	b.s(`><summary`)
	b.lang(br.title)
	b.s(`>`)
	b.text(br.title)
	b.s(`</summary><div class="st-choices">`)
	for _, i := range br.options {
		b.option(c, i, options[i], kind)
	}
	for _, sub := range br.branches {
		b.branch(c, sub, options, kind)
	}
	b.s(`</div></details>`)
}

// optgroups compiles the options of a list to open. HTML has one level of groups: a heading within another is said with it.
func (b *builder) optgroups(c control, options []forms.Option) {
	branches, loose := grow(c.Groups, options)
	for _, i := range loose {
		b.selectOption(c, options[i])
	}
	var put func(branches []branch, above string)
	put = func(branches []branch, above string) {
		for _, br := range branches {
			title := above + br.title.In(b.locale.Lang)
			if len(br.options) > 0 {
				b.s(`<optgroup label="`)
				b.e(title)
				b.s(`">`)
				for _, i := range br.options {
					b.selectOption(c, options[i])
				}
				b.s(`</optgroup>`)
			}
			put(br.branches, title+" – ")
		}
	}
	put(branches, "")
}
