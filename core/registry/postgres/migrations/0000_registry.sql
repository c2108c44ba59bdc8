CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"sha256" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"scopes" json,
	"models" json,
	"created_at_ms" bigint NOT NULL,
	"created_by" text NOT NULL,
	"expires_at_ms" bigint,
	"revoked_at_ms" bigint,
	"last_used_at_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at_ms" bigint NOT NULL,
	"principal" text NOT NULL,
	"display" text,
	"surface" text NOT NULL,
	"operation" text NOT NULL,
	"subject" text,
	"outcome" text NOT NULL,
	"request_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"json" text NOT NULL,
	"updated_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_names" (
	"name" text PRIMARY KEY NOT NULL,
	"last_number" integer NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "models" (
	"name" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"description" text NOT NULL,
	"aliases" json NOT NULL,
	"card" text DEFAULT '' NOT NULL,
	"live_version" integer,
	"created_at" text NOT NULL,
	"updated_at" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "training_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"started_at" text NOT NULL,
	"duration_ms" bigint NOT NULL,
	"owner" text NOT NULL,
	"parameters" json NOT NULL,
	"metrics" json NOT NULL,
	"model" text,
	"version" integer,
	"report" json
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"id" text PRIMARY KEY NOT NULL,
	"file_name" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"owner" text NOT NULL,
	"created_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "versions" (
	"model" text NOT NULL,
	"number" integer NOT NULL,
	"signature" json NOT NULL,
	"binding" json NOT NULL,
	"origin" json NOT NULL,
	"artifact_sha256" text NOT NULL,
	"artifact_bytes" bigint NOT NULL,
	"original_sha256" text NOT NULL,
	"warnings" json NOT NULL,
	"metrics" json NOT NULL,
	"created_at" text NOT NULL,
	"report" json,
	CONSTRAINT "versions_model_number_pk" PRIMARY KEY("model","number")
);
--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_name_live_version_versions_model_number_fk" FOREIGN KEY ("name","live_version") REFERENCES "public"."versions"("model","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "versions" ADD CONSTRAINT "versions_model_models_name_fk" FOREIGN KEY ("model") REFERENCES "public"."models"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entries_at" ON "audit_entries" USING btree ("at_ms");--> statement-breakpoint
CREATE INDEX "audit_entries_subject" ON "audit_entries" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "conversations_updated" ON "conversations" USING btree ("updated_at_ms");--> statement-breakpoint
CREATE INDEX "model_names_revision" ON "model_names" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "training_runs_started" ON "training_runs" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "uploads_created" ON "uploads" USING btree ("created_at_ms");--> statement-breakpoint
CREATE INDEX "uploads_owner" ON "uploads" USING btree ("owner");--> statement-breakpoint
CREATE INDEX "versions_artifact" ON "versions" USING btree ("artifact_sha256");--> statement-breakpoint
CREATE INDEX "versions_original" ON "versions" USING btree ("original_sha256");