package markdown

import (
	"html/template"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHTML(t *testing.T) {
	tests := []struct {
		name, md string
		opts     []Option
		want     template.HTML
	}{
		{"paragraph and styles", "Åsa *får* **skjuts** ~~nej~~ `kod`", nil,
			"<p>Åsa <em>får</em> <strong>skjuts</strong> <s>nej</s> <code>kod</code></p>\n"},
		{"headings shift and stop at six", "# Ett\n\n## Två\n\n###### Sex", []Option{WithTopHeading(3)},
			"<h3>Ett</h3>\n<h4>Två</h4>\n<h6>Sex</h6>\n"},
		{"external link", "[kommunen](https://example.se/a?b=1&c=2)", nil,
			"<p><a href=\"https://example.se/a?b=1&amp;c=2\" rel=\"external noopener noreferrer\">kommunen</a></p>\n"},
		{"relative, mail and telephone", "[a](/mina-sidor) [b](mailto:a@example.se) [c](tel:0701740605)", nil,
			"<p><a href=\"/mina-sidor\">a</a> <a href=\"mailto:a@example.se\">b</a> <a href=\"tel:0701740605\">c</a></p>\n"},
		{"autolink", "<https://example.se/> <a@example.se>", nil,
			"<p><a href=\"https://example.se/\" rel=\"external noopener noreferrer\">https://example.se/</a> <a href=\"mailto:a@example.se\">a@example.se</a></p>\n"},
		{"unsafe links keep their text", "[x](javascript:alert(1)) [y](//evil.example) [z](data:text/html,x) [v](JaVaScript:1)", nil,
			"<p>x y z v</p>\n"},
		{"escaped scheme", "[x](java&#115;cript:alert(1)) [y](java\\script:1)", nil, "<p>x y</p>\n"},
		{"raw HTML is text", "a <b onclick=x>b</b>\n\n<script>alert(1)</script>", nil,
			"<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		{"image gives its text", "![en *buss*](https://evil.example/p.png)", nil, "<p>en <em>buss</em></p>\n"},
		{"link with styles is one link", "[en **fet** länk](/x)", nil, "<p><a href=\"/x\">en <strong>fet</strong> länk</a></p>\n"},
		{"lists", "- a\n- b\n\n3. c\n4. d", nil, "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>\n"},
		{"table", "| Dag | Tid |\n|---|---:|\n| må | 7 |\n| ti |", nil,
			"<table>\n<thead>\n<tr><th scope=\"col\">Dag</th><th scope=\"col\">Tid</th></tr>\n</thead>\n<tbody>\n" +
				"<tr><td>må</td><td>7</td></tr>\n<tr><td>ti</td><td></td></tr>\n</tbody>\n</table>\n"},
		{"breaks", "rad ett\\\nrad två\nsamma rad", nil, "<p>rad ett<br>\nrad två samma rad</p>\n"},
		{"a reference to a line break breaks the line", "| a |\n|---|\n| b&#10;**c&#10;d** |", nil,
			"<table>\n<thead>\n<tr><th scope=\"col\">a</th></tr>\n</thead>\n<tbody>\n<tr><td>b<br>\n<strong>c</strong><br>\n<strong>d</strong></td></tr>\n</tbody>\n</table>\n"},
		{"escapes and entities", `\*inte\* &aring; &copy &#0; 1 \< 2`, nil, "<p>*inte* å &amp;copy \uFFFD 1 &lt; 2</p>\n"},
		{"code and quote", "> citat\n\n```html\n<i>\n```", nil,
			"<blockquote>\n<p>citat</p>\n</blockquote>\n<pre><code>&lt;i&gt;\n</code></pre>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, HTML(tt.md, tt.opts...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	md := "# Räkna\n\nSe [kommunen](https://example.se) och\nåäö [den här *sidan*](/x \"titel\").\n\n- <https://a.example>\n- ![bild](b.png)\n- [fel](javascript:x)\n- [ref][r]\n\n[r]: ftp://r.example\n"
	want := []Link{
		{URL: "https://example.se", Text: "kommunen", Safe: true, Line: 3, Column: 4},
		{URL: "/x", Text: "den här sidan", Safe: true, Line: 4, Column: 5},
		{URL: "https://a.example", Text: "https://a.example", Safe: true, Line: 6, Column: 3},
		{URL: "b.png", Text: "bild", Image: true, Line: 7, Column: 3},
		{URL: "javascript:x", Text: "fel", Line: 8, Column: 3},
		{URL: "ftp://r.example", Text: "ref", Line: 9, Column: 3},
	}
	if diff := cmp.Diff(want, Links(md)); diff != "" {
		t.Error(diff)
	}
}

func TestText(t *testing.T) {
	md := "# Beslut\n\nDu får **skolskjuts**, se [sidan](https://example.se/s) eller <a@example.se>.\n\n1. ett\n2. två\n   - djup\n\n> citat\n\n| A | B |\n|--|--|\n| 1 | 2 |"
	want := "Beslut\n\nDu får skolskjuts, se sidan <https://example.se/s> eller a@example.se.\n\n1. ett\n2. två\n   - djup\n\n> citat\n\nA\tB\n1\t2"
	if diff := cmp.Diff(want, Text(md)); diff != "" {
		t.Error(diff)
	}
}

func TestSafeURL(t *testing.T) {
	safe := []string{"https://example.se", "http://example.se/å", "/x", "x", "#a", "?q=1", "../x", "mailto:a@example.se", "tel:+46701740605"}
	unsafe := []string{"", "//example.se", "javascript:x", "JAVASCRIPT:x", " javascript:x", "java\tscript:x", "\\\\example.se", "/\\example.se",
		"data:x", "vbscript:x", "file:///etc/passwd", "https://user@example.se", "https:/x", "http:", "mailto:", "ftp://x", "x:y", "\x01https://x"}
	for _, u := range safe {
		if !SafeURL(u) {
			t.Errorf("%q refused", u)
		}
	}
	for _, u := range unsafe {
		if SafeURL(u) {
			t.Errorf("%q allowed", u)
		}
	}
}

func TestDeepNestingIsBounded(t *testing.T) {
	for name, md := range map[string]string{
		"quotes":   strings.Repeat("> ", 500) + "djup",
		"lists":    strings.Repeat("- ", 500) + "djup",
		"emphasis": strings.Repeat("*a **b ", 500) + "djup" + strings.Repeat("** *", 500),
	} {
		out := string(HTML(md))
		if !strings.Contains(out, "djup") {
			t.Errorf("%s: the text is lost", name)
		}
		if depth := strings.Count(out, "<blockquote>") + strings.Count(out, "<ul>"); depth > maxDepth {
			t.Errorf("%s: %d levels, want at most %d", name, depth, maxDepth)
		}
	}
}
