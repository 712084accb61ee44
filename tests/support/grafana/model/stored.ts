export type Role = 'None' | 'Viewer' | 'Editor' | 'Admin';

/** Who may do what with one folder, dashboard, data source, …: 1 view (query), 2 edit, 4 admin. */
export interface AclEntry {
  id: number;
  role?: Role;
  userId?: number;
  teamId?: number;
  permission: 1 | 2 | 4;
}

/** The tool that an object belongs to: file provisioning, Git Sync, Terraform, … */
export interface Manager {
  kind: 'classic-file-provisioning' | 'repo' | 'terraform' | 'kubectl' | 'plugin';
  id: string;
  allowsEdits?: boolean;
  sourcePath?: string;
}

/** What every stored object carries. */
export interface Stored {
  /** Numeric id, of no meaning outside this Grafana. */
  id: number;
  uid: string;
  /** Kubernetes `metadata.uid`: something else than the uid. */
  objectUid: string;
  generation: number;
  resourceVersion: string;
  created: number;
  createdBy: string;
  updated: number;
  updatedBy: string;
  /** When it was deleted. */
  deleted?: number;
  managedBy?: Manager;
}
