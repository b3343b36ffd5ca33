package markdown

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// Link is a link or an image as an author wrote it, for a linter to judge.
type Link struct {
	URL    string // as it would be followed; an image's source when Image
	Text   string // what is shown, without style
	Image  bool   // images are never shown, only their text
	Safe   bool   // whether it becomes a link; see [SafeURL]
	Line   int    // from 1
	Column int    // from 1, in characters
}

// Links lists links and images in the order they stand.
func Links(md string) []Link {
	src := source(md)
	p := &reading{src: src}
	var out []Link
	add := func(n ast.Node, pos int, target, shown string, image bool) {
		if pos < 0 {
			pos = position(n)
		}
		line, column := place(src, pos)
		out = append(out, Link{URL: target, Text: strings.TrimSpace(shown), Image: image, Safe: !image && SafeURL(target), Line: line, Column: column})
	}
	_ = ast.Walk(tree(src), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			add(n, n.Pos(), destination(n.Destination), p.inline(n).String(), false)
		case *ast.Image:
			add(n, n.Pos(), destination(n.Destination), p.inline(n).String(), true)
		case *ast.AutoLink:
			add(n, n.Pos(), autoTarget(n, src), string(n.Label(src)), false)
		}
		return ast.WalkContinue, nil
	})
	return out
}

// position is where the nearest positioned ancestor starts, for the rare node that has no place of its own.
func position(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if pos := n.Pos(); pos >= 0 {
			return pos
		}
	}
	return 0
}

// place turns a byte offset into line and column, both from 1.
func place(src []byte, pos int) (line, column int) {
	pos = min(max(pos, 0), len(src))
	before := src[:pos]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return line, column
}
