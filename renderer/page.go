package renderer

import (
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/ui"
)

// page compiles heading, help and the form with its sections and buttons.
func (b *builder) page() {
	p := b.source
	b.s(`<div class="st-form-head">`)
	b.hole(appendStep)
	if p.Repeat != nil {
		b.hole(appendWhich)
	}
	b.s(`<h1 class="ds-heading" data-size="lg"`)
	b.lang(p.Title)
	b.s(`>`)
	b.text(p.Title)
	b.s("</h1>\n")
	if !p.Help.IsZero() {
		b.s(`<div class="st-text st-lead"`)
		b.lang(p.Help)
		b.s(`>`)
		b.markdown(p.Help)
		b.s("</div>\n")
	}
	b.hole(appendWarnings)
	b.s("</div>\n", `<form class="st-form" method="post" novalidate data-form="`)
	b.hole(func(dst []byte, f *frame) []byte { return escape(dst, f.page.page.ID) })
	b.s(`"`)
	if hasFiles(p) {
		b.s(` enctype="multipart/form-data"`)
	}
	if b.live.any() {
		b.s(` data-conditions`)
	}
	b.hole(func(dst []byte, f *frame) []byte {
		if f.Action != "" {
			dst = append(dst, ` action="`...)
			dst = escape(dst, f.Action)
			dst = append(dst, '"')
		}
		if f.Save {
			dst = append(dst, ` data-autosave`...)
		}
		return dst
	})
	b.s(` data-sending="`)
	b.t("form.sending")
	b.s(`" data-failed="`)
	b.t("form.file-failed", "name", "{name}")
	b.s(`" data-uploading="`)
	b.t("form.file-progress", "name", "{name}")
	b.s(`" data-saved="`)
	b.t("form.saved", "time", "{time}")
	b.s("\">\n")
	b.firstButton()
	b.hole(func(dst []byte, f *frame) []byte {
		for _, h := range f.Hidden {
			dst = appendHidden(dst, h)
		}
		for _, p := range f.Problems {
			if p.Soft { // a warning that has been read lets one through
				dst = appendHidden(dst, ui.Hidden{Name: answers.FieldSeen, Value: answers.Seen(p)})
			}
		}
		return dst
	})
	for i, s := range p.Sections {
		n := &sectionNode{key: forms.Pointer("section:" + p.ID + "/" + strconv.Itoa(i)), index: i}
		n.body = b.sub(func() { b.section(s) })
		b.node(n)
	}
	b.buttons()
	b.s("</form>\n")
}

func (b *builder) section(s *forms.Section) {
	b.s(`<section class="st-section">`)
	if !s.Title.IsZero() {
		b.s(`<h2 class="ds-heading" data-size="sm"`)
		b.lang(s.Title)
		b.s(`>`)
		b.text(s.Title)
		b.s("</h2>\n")
	}
	if !s.Help.IsZero() {
		b.s(`<div class="st-text"`)
		b.lang(s.Help)
		b.s(`>`)
		b.markdown(s.Help)
		b.s("</div>\n")
	}
	for _, f := range s.Fields {
		b.field(f)
	}
	b.s("</section>\n")
}

// firstButton is what Enter presses: the first submit button of the document. It is out of sight and out of the tab
// order; the same button stands visibly at the end.
func (b *builder) firstButton() {
	label := b.locale.T("form.continue")
	b.hole(func(dst []byte, f *frame) []byte {
		op := answers.OpContinue
		if f.View.Stopped[f.page.page.ID] {
			op = answers.OpUpdate
		}
		dst = append(dst, `<button class="ds-sr-only" type="submit" tabindex="-1" aria-hidden="true" name="`+answers.FieldOp+`" value="`...)
		dst = append(dst, op...)
		dst = append(dst, `">`...)
		dst = escape(dst, label)
		return append(dst, "</button>\n"...)
	})
}

func (b *builder) buttons() {
	button := func(op, variant, text string) lit {
		l := lit(`<button class="ds-button" type="submit" name="` + answers.FieldOp + `" value="` + op + `"` + variant + `>`)
		return append(escape(l, b.locale.T(text)), "</button>\n"...)
	}
	goOn := button(answers.OpContinue, "", "form.continue")
	later := button(answers.OpSave, ` data-variant="tertiary"`, "form.save")
	again := button(answers.OpUpdate, ` data-variant="secondary"`, "form.update")
	b.s(`<div class="st-buttons">`)
	b.hole(func(dst []byte, f *frame) []byte {
		if f.View.Stopped[f.page.page.ID] {
			dst = append(dst, again...)
		} else {
			dst = append(dst, goOn...)
		}
		if f.Save {
			dst = append(dst, later...)
		}
		return dst
	})
	b.s(`<p class="st-saved" role="status" data-saved-at></p>`)
	b.s("</div>\n")
}

// appendStep tells how far one has come, "Steg 2 av 6", among the pages that are shown.
func appendStep(dst []byte, f *frame) []byte {
	if f.Return {
		return dst
	}
	for i, p := range f.View.Pages {
		if p == f.page.page && len(f.View.Pages) > 1 {
			dst = append(dst, `<p class="st-step">`...)
			dst = escape(dst, f.locale.T("shell.step-of", "n", i+1, "total", len(f.View.Pages)))
			return append(dst, "</p>\n"...)
		}
	}
	return dst
}

// appendWhich tells which row the page is of: "Barn 2 · Elsa Testsson".
func appendWhich(dst []byte, f *frame) []byte {
	dst = append(dst, `<p class="st-which">`...)
	dst = escape(dst, rowName(f.locale, f.View, f.page.page))
	return append(dst, "</p>\n"...)
}

// appendWarnings gathers the soft problems above the form: they let one through.
func appendWarnings(dst []byte, f *frame) []byte {
	if len(f.warnings) == 0 {
		return dst
	}
	dst = append(dst, `<div class="ds-alert st-notice" data-color="warning" role="status"><h2 class="ds-heading" data-size="2xs">`...)
	dst = escape(dst, f.locale.T("form.warning-title"))
	dst = append(dst, `</h2><ul class="ds-list">`...)
	for _, l := range f.page.links(f.PageData, true) {
		dst = append(dst, `<li><a class="ds-link" href="#`...)
		dst = escape(dst, l.Target)
		dst = append(dst, `">`...)
		dst = escape(dst, l.Text)
		dst = append(dst, `</a></li>`...)
	}
	return append(dst, "</ul></div>\n"...)
}

// hasFiles reports whether attachments can be posted with the page. What stands within itself has upload buttons that see to it
// themselves.
func hasFiles(p *forms.Page) bool {
	var within func([]*forms.Field) bool
	within = func(fields []*forms.Field) bool {
		for _, f := range fields {
			if f.Kind == forms.FilesField || within(f.Fields) {
				return true
			}
		}
		return false
	}
	for _, s := range p.Sections {
		if within(s.Fields) {
			return true
		}
	}
	return false
}
