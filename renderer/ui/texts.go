package ui

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"
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

// setTexts writes each text that is called for by its key alone into the template, once, where it is the same bytes however it is
// escaped: half of what a page's frame costs is calling t and escaping what it gives.
func setTexts(set *template.Template, l *i18n.Locale) {
	for _, t := range set.Templates() {
		if t.Tree != nil {
			setIn(t.Tree.Root, l, "")
		}
	}
}

// setIn does a list of nodes that stands after some text.
func setIn(list *parse.ListNode, l *i18n.Locale, before string) {
	if list == nil {
		return
	}
	for i, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			before = string(n.Text)
			continue
		case *parse.ActionNode:
			if key, ok := textKey(n); ok && l.Has(key) && !addressed.MatchString(before) {
				if text := l.T(key); !strings.ContainsAny(text, escaped) {
					list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}
				}
			}
		case *parse.IfNode:
			setIn(n.List, l, before)
			setIn(n.ElseList, l, before)
		case *parse.RangeNode:
			setIn(n.List, l, before)
			setIn(n.ElseList, l, before)
		case *parse.WithNode:
			setIn(n.List, l, before)
			setIn(n.ElseList, l, before)
		}
	}
}

// escaped are the characters that html/template writes otherwise in text or in a quoted attribute.
const escaped = "<>&\"'+`=\x00"

// addressed ends where an address, a script or an attribute without quotes begins: other rules of escaping hold there.
var addressed = regexp.MustCompile(`(?i)(=|\b(href|src|action|formaction|srcset|style|on[a-z]+)\s*=\s*["'][^"']*|<(script|style)\b[^>]*>[^<]*)$`)

// textKey is the key of {{t "key"}}.
func textKey(n *parse.ActionNode) (key string, ok bool) {
	if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) != 1 || len(n.Pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	call, ok := n.Pipe.Cmds[0].Args[0].(*parse.IdentifierNode)
	if !ok || call.Ident != "t" {
		return "", false
	}
	s, ok := n.Pipe.Cmds[0].Args[1].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return s.Text, true
}
