package ui

import (
	"fmt"
	"html/template"
	"text/template/parse"

	"samtjanst/renderer/i18n"
)

// checkTexts finds every call of t with a literal key and refuses keys that the catalogue lacks, so that a misspelt key
// stops the program at start and not a citizen at the page.
func checkTexts(set *template.Template, l *i18n.Locale) error {
	for _, t := range set.Templates() {
		if t.Tree == nil {
			continue
		}
		if err := walkTexts(t.Tree, t.Tree.Root, l); err != nil {
			return err
		}
	}
	return nil
}

func walkTexts(tree *parse.Tree, n parse.Node, l *i18n.Locale) error {
	var within []parse.Node
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			within = n.Nodes
		}
	case *parse.ActionNode:
		within = []parse.Node{n.Pipe}
	case *parse.TemplateNode:
		within = []parse.Node{n.Pipe}
	case *parse.IfNode:
		within = []parse.Node{n.Pipe, n.List, n.ElseList}
	case *parse.RangeNode:
		within = []parse.Node{n.Pipe, n.List, n.ElseList}
	case *parse.WithNode:
		within = []parse.Node{n.Pipe, n.List, n.ElseList}
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				within = append(within, c)
			}
		}
	case *parse.CommandNode:
		if id, ok := n.Args[0].(*parse.IdentifierNode); ok && id.Ident == "t" && len(n.Args) > 1 {
			if key, ok := n.Args[1].(*parse.StringNode); ok && !l.Has(key.Text) {
				at, _ := tree.ErrorContext(key)
				return fmt.Errorf("%s: there is no text %q", at, key.Text)
			}
		}
		within = n.Args
	}
	for _, w := range within {
		if err := walkTexts(tree, w, l); err != nil {
			return err
		}
	}
	return nil
}
