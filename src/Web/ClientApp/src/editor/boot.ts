/** A project as the hub's API answers it; the members that the editor reads. */
export interface Project {
  id: string;
  name: string;
  slug: string;
  owner: string;
  visibility: 'private' | 'unlisted' | 'public';
  url: string;
  editUrl: string;
  contentUrl: string | null;
  shortUrl: string;
  revision: number;
  publishedRevision: number | null;
  runtimeRelease: string | null;
  runtimePin: string | null;
  startPage: string | null;
  isolation: 'on' | 'off';
  embedding: 'hub' | 'anyone';
  runtimeReason: string | null;
}

/** What the page hands to the editor. */
export interface Boot {
  project: Project;
  /** Whether saves go to the project; else what is written is a copy that this browser keeps. */
  canEdit: boolean;
  isOwner: boolean;
  /** The `@name` of who is signed in, or null. */
  userName: string | null;
  /** The antiforgery token for changes by cookie; null for somebody who is not signed in. */
  token: string | null;
  /** Longest file, in bytes. */
  fileBytes: number;
  /** Files that a project may have. */
  files: number;
}

/** Reads what the page holds for the editor. */
export function readBoot(document: Document): Boot {
  const element = document.getElementById('boot');
  if (!element?.textContent) throw new Error('The page holds no data for the editor.');
  return JSON.parse(element.textContent) as Boot;
}
