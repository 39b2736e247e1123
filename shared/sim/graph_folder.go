package sim

import (
	"bytes"
	"net/http"
	"net/url"
)

var folderTitles = map[string]string{
	inbox: "Postvak IN", drafts: "Concepten", sentItems: "Verzonden items",
	deletedItems: "Verwijderde items", archive: "Archief", junkEmail: "Ongewenste e-mail",
}

type namedFolder struct {
	name, root string
	*folder
}

// https://learn.microsoft.com/graph/api/resources/mailfolder
var folderProperties = []property[namedFolder]{
	{name: "id", value: func(f namedFolder) any { return f.id }},
	{name: "displayName", value: func(f namedFolder) any { return folderTitles[f.name] }},
	{name: "parentFolderId", value: func(f namedFolder) any { return f.root }},
	{name: "childFolderCount", value: func(namedFolder) any { return 0 }},
	{name: "unreadItemCount", value: func(f namedFolder) any { return f.unread }},
	{name: "totalItemCount", value: func(f namedFolder) any { return f.total }},
	{name: "isHidden", value: func(namedFolder) any { return false }},
}

func (b *mailbox) named(name string) namedFolder {
	return namedFolder{name: name, root: folderID(b.id, "root"), folder: b.folders[name]}
}

func (t *Tenant) listFolders(c *graphCall) (answer, error) {
	sel, err := selectOf(c.r, "microsoft.graph.mailFolder", folderProperties)
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	out := &bytes.Buffer{}
	o := open(out)
	o.put("@odata.context", t.base(c.r)+"/$metadata#users('"+url.PathEscape(c.r.PathValue("user"))+"')/mailFolders")
	o.name("value")
	out.WriteByte('[')
	for i, name := range folderNames {
		if i > 0 {
			out.WriteByte(',')
		}
		item := open(out)
		write(item, c.box.named(name), folderProperties, sel)
		item.close()
	}
	out.WriteByte(']')
	o.close()
	return ok(out)
}

func (t *Tenant) getFolder(c *graphCall) (answer, error) {
	sel, err := selectOf(c.r, "microsoft.graph.mailFolder", folderProperties)
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	name, known := c.box.folderNamed(c.r.PathValue("folder"))
	if !known {
		return answer{}, refuse(http.StatusNotFound, "ErrorItemNotFound", "The specified folder could not be found in the store.")
	}
	out := &bytes.Buffer{}
	o := open(out)
	o.put("@odata.context", t.base(c.r)+"/$metadata#users('"+url.PathEscape(c.r.PathValue("user"))+"')/mailFolders/$entity")
	write(o, c.box.named(name), folderProperties, sel)
	o.close()
	return ok(out)
}
