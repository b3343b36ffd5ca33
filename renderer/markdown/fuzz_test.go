package markdown

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// allowed lists every element HTML may give, with its attributes.
var allowed = map[string][]string{
	"p": nil, "strong": nil, "em": nil, "s": nil, "code": nil, "pre": nil, "ul": nil, "li": nil, "blockquote": nil, "hr": nil, "br": nil,
	"h1": nil, "h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil, "table": nil, "thead": nil, "tbody": nil, "tr": nil, "td": nil,
	"th": {"scope"}, "ol": {"start"}, "a": {"href", "rel"},
}

// FuzzHTML checks, with a real HTML tokenizer, that no input gives an element, attribute or link outside the allowed
// ones, and that every element is closed in order.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"# a\n\n*b* **c** [d](/e) <f@g.se> `h`", "<script>x</script>", "[a](javascript:x)", "[a]: //b\n\n[a]", "|a|b|\n|-|-|\n|c|",
		"- a\n  1. b\n     > c", "```\n<i>\n", "&#106;avascript:", "![x](y)", "<!-- a -->\n<?php ?>\n<![CDATA[x]]>", "a\x00b\xffc", "[a](<b c>)", "a\\\nb  \nc",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, md string) {
		out := string(HTML(md, WithTopHeading(2)))
		if again := string(HTML(md, WithTopHeading(2))); again != out {
			t.Fatal("two renderings differ")
		}
		var open []string
		for z := html.NewTokenizer(strings.NewReader(out)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			tok := z.Token()
			switch kind {
			case html.CommentToken, html.DoctypeToken:
				t.Fatalf("%v in %q", tok, out)
			case html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != tok.Data {
					t.Fatalf("</%s> closes nothing in %q", tok.Data, out)
				}
				open = open[:len(open)-1]
			case html.StartTagToken, html.SelfClosingTagToken:
				attrs, ok := allowed[tok.Data]
				if !ok {
					t.Fatalf("<%s> in %q", tok.Data, out)
				}
				for _, a := range tok.Attr {
					if !slices.Contains(attrs, a.Key) {
						t.Fatalf("attribute %s in %q", a.Key, out)
					}
					if a.Key == "href" && !SafeURL(a.Val) {
						t.Fatalf("link to %q in %q", a.Val, out)
					}
				}
				if tok.Data != "br" && tok.Data != "hr" {
					open = append(open, tok.Data)
				}
			}
		}
		if len(open) > 0 {
			t.Fatalf("%v not closed in %q", open, out)
		}
		for _, l := range Links(md) {
			if l.Line < 1 || l.Column < 1 || l.Line > strings.Count(md, "\n")+1 {
				t.Fatalf("place %d:%d outside %q", l.Line, l.Column, md)
			}
		}
		Text(md)
	})
}
