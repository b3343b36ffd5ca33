package renderer

import (
	"strings"

	"samtjanst/forms"
)

// fact compiles what is shown and not asked: a fact from a register, or an answer that cannot be changed here.
func (b *builder) fact(c control) {
	b.s(`<div class="st-fact" tabindex="-1" id="`)
	b.id(c, "")
	b.s(`"><p class="st-fact__label"`)
	b.lang(c.title)
	b.s(`>`)
	if c.item && c.up.Kind != forms.MapField {
		b.rowTitle(itemName(c.up.Field, b.locale))
	} else {
		b.text(c.title)
	}
	b.s(`</p>`)
	if !c.Hint.IsZero() && !c.told {
		b.s(`<p class="st-hint"`)
		b.lang(c.Hint)
		b.s(`>`)
		b.text(c.Hint)
		b.s(`</p>`)
	}
	missing := b.locale.T("form.fact-missing")
	b.hole(func(dst []byte, f *frame) []byte {
		v := f.cur.value
		if c.Kind == forms.FactField {
			v = f.View.FactOn(f.page.page, c.Field)
		}
		dst, shown := c.appendFactValue(dst, f, v)
		if !shown {
			dst = append(dst, `<p class="st-fact__value"><span class="st-empty">`...)
			dst = escape(dst, missing)
			dst = append(dst, `</span></p>`...)
		}
		source := sourceText(f, c.ID, v)
		if source == "" {
			source = OriginText(f.locale, f.View, c.Field, f.cur.at)
		}
		if source != "" {
			dst = append(dst, `<p class="st-source">`...)
			dst = escape(dst, source)
			dst = append(dst, `</p>`...)
		}
		return dst
	})
	b.help(c)
	b.problem(c)
	b.s(`</div>`)
}

// sourceText tells where a fact comes from: as the caller says, else as the fact itself says ({value, source, time}).
func sourceText(f *frame, id string, v any) string {
	s, ok := f.Sources[id]
	if m, is := v.(map[string]any); is && !ok {
		s = Source{Name: scalar(m["source"]), Time: scalar(m["time"])}
	}
	switch {
	case s.Name == "":
		return ""
	case s.Time == "":
		return f.locale.T("form.fact-source-only", "source", s.Name)
	}
	return f.locale.T("form.fact-source", "source", s.Name, "time", s.Time)
}

// tones of notices.
var tones = map[string]string{"info": "info", "warning": "warning", "stop": "danger"}

// notice compiles what the author tells: information, a warning, or why one cannot go on.
func (b *builder) notice(c control) {
	tone := tones[c.NoticeKind]
	if tone == "" {
		tone = "info"
	}
	b.s(`<div class="ds-alert st-notice" data-color="`, tone, `" id="`)
	b.id(c, "")
	b.s(`"`)
	b.lang(c.Notice)
	b.s(`><span class="ds-sr-only">`)
	switch tone {
	case "danger":
		b.t("form.notice-stop")
	case "warning":
		b.t("form.notice-warning")
	default:
		b.t("form.notice-info")
	}
	b.s(`: </span><div class="st-text">`)
	html := strings.TrimSpace(c.Notice.In(b.locale.Lang))
	b.markdown(forms.Text{"sv": html})
	b.s(`</div></div>`)
}
